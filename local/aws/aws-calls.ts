/** One kind of AWS call and its count. */
export interface AwsCall {
  /** Function name, `event-source` (calls that Lambda itself makes), or another caller's access key. */
  caller: string;
  /** `dynamodb`, `sqs`, `s3`, `secretsmanager` … */
  service: string;
  operation: string;
  /** Table, queue or bucket; empty if the call names none. */
  resource: string;
}

export type CallFilter = Partial<AwsCall>;

/** Counts AWS calls, for tests and bench. */
export interface CallCounter {
  add(call: AwsCall): void;
  /** Calls that match every given field. */
  count(filter?: CallFilter): number;
  list(): (AwsCall & { times: number })[];
  reset(): void;
}

export function createCallCounter(): CallCounter {
  const counted = new Map<string, AwsCall & { times: number }>();
  return {
    add(call) {
      const key = `${call.caller} ${call.service} ${call.operation} ${call.resource}`;
      const known = counted.get(key);
      if (known) known.times += 1;
      else counted.set(key, { ...call, times: 1 });
    },
    count: (filter = {}) =>
      [...counted.values()].filter((call) => matches(call, filter)).reduce((sum, { times }) => sum + times, 0),
    list: () => [...counted.values()].map((call) => ({ ...call })),
    reset: () => counted.clear(),
  };
}

export const matches = (call: AwsCall, filter: CallFilter): boolean =>
  (filter.caller === undefined || filter.caller === call.caller) &&
  (filter.service === undefined || filter.service === call.service) &&
  (filter.operation === undefined || filter.operation === call.operation) &&
  (filter.resource === undefined || filter.resource === call.resource);

/**
 * The access key that a caller signs with identifies the caller. Letters and digits only: DynamoDB Local takes no
 * others.
 * @param caller a function's name, `event-source`
 */
export const accessKeyOf = (caller: string): string => `LOCAL${caller.replace(/[^A-Za-z0-9]/g, "")}`;
