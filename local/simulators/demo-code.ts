/** The simulators have no consent page: they take any authorisation code that begins with this, once. */
export const DEMO_CODE = "demo-code";
