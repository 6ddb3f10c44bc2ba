/** The local stack's simulators, as its surface offers them to the Sandbox page. */
export interface Sandbox {
  /** `shopify/demo` */
  connections(): string[];
  /** `kakaclo`, with the faults that its simulator knows. */
  providers(): { name: string; faults: string[] }[];
  /**
   * @param order a part of our own Order
   * @returns `status` is null where nothing was sent
   */
  send(connection: string, order: object): Promise<{ status: number | null; orderId: string }>;
  fail(provider: string, fault: string, times: number): Promise<void>;
}
