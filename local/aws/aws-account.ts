/** The account and region the local stack pretends to be; the emulators know no other account. */
export const ACCOUNT = "000000000000";
export const REGION = "eu-central-1";

export const arn = (service: string, resource: string): string => `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;

/** As AWS writes it. Functions derive it from region, account and name; the endpoint takes any host. */
export const queueUrl = (name: string): string => `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${name}`;
