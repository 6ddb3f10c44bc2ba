/**
 * `npm run test:contract` sets THOROUGH: every provider's hostile server and switches, all table emulators, and the
 * large counts. `npm test` proves the same promises with fewer cases, so that it ends within minutes.
 */
export const THOROUGH = process.env["THOROUGH"] === "1";
