/** The account and region of the local stack; the emulators know no other account. */
export const ACCOUNT = "000000000000";
export const REGION = "eu-central-1";

export const arn = (service: string, resource: string): string => `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;

/** In AWS's form. Functions derive it from region, account and name; the endpoint accepts any host. */
export const queueUrl = (name: string): string => `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${name}`;
