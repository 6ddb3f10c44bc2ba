import * as z from "zod/mini";

// First in every bundle: zod would compile each schema with `new Function` at its first use, which pays after hundreds of
// parses and costs a cold start milliseconds. https://zod.dev/api#zconfig
z.config({ jitless: true });
