import * as z from "zod/mini";

// First in every bundle. By default zod compiles each schema with `new Function` at its first use: that costs a cold
// start milliseconds and pays off only after hundreds of parses. https://zod.dev/api#zconfig
z.config({ jitless: true });
