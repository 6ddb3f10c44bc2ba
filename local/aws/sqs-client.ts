import { Agent, request } from "node:http";
import { REGION } from "./aws-account.ts";
import { accessKeyOf } from "./aws-calls.ts";

export interface ReceivedMessage {
  MessageId: string;
  ReceiptHandle: string;
  MD5OfBody: string;
  Body: string;
  Attributes?: Record<string, string>;
  MessageAttributes?: Record<string, { DataType: string; StringValue?: string; BinaryValue?: string }>;
}

/**
 * The two SQS calls that Lambda itself makes, and the one of a channel that sends to queues. Loading the SDK would add
 * half a second to the host's start.
 */
export interface SqsClient {
  send(queueUrl: string, body: string): Promise<void>;
  receive(queueUrl: string, most: number, waitSeconds: number): Promise<ReceivedMessage[]>;
  delete(queueUrl: string, receiptHandles: string[]): Promise<void>;
}

/** @param caller as the endpoint counts its calls */
export function createSqsClient(endpoint: string, caller = "event-source"): SqsClient {
  const agent = new Agent({ keepAlive: true });
  const credential = `${accessKeyOf(caller)}/20000101/${REGION}/sqs/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=0`;

  function call(operation: string, parameters: object): Promise<unknown> {
    const body = JSON.stringify(parameters);
    const headers = {
      "content-type": "application/x-amz-json-1.0",
      "content-length": Buffer.byteLength(body),
      "x-amz-target": `AmazonSQS.${operation}`,
      authorization,
    };
    return new Promise((resolve, reject) => {
      const sent = request(`${endpoint}/`, { method: "POST", agent, headers }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("error", reject);
        answer.on("end", () => {
          const text = Buffer.concat(chunks).toString();
          if (answer.statusCode === 200) resolve(JSON.parse(text));
          else reject(new Error(`${operation}: ${answer.statusCode} ${text}`));
        });
      });
      sent.on("error", reject);
      sent.end(body);
    });
  }

  return {
    async send(QueueUrl, MessageBody) {
      await call("SendMessage", { QueueUrl, MessageBody });
    },
    async receive(QueueUrl, MaxNumberOfMessages, WaitTimeSeconds) {
      const names = { MessageSystemAttributeNames: ["All"], MessageAttributeNames: ["All"] };
      const answer = await call("ReceiveMessage", { QueueUrl, MaxNumberOfMessages, WaitTimeSeconds, ...names });
      return (answer as { Messages?: ReceivedMessage[] }).Messages ?? [];
    },
    async delete(QueueUrl, receiptHandles) {
      for (let from = 0; from < receiptHandles.length; from += 10) {
        const some = receiptHandles.slice(from, from + 10);
        const Entries = some.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle }));
        await call("DeleteMessageBatch", { QueueUrl, Entries });
      }
    },
  };
}
