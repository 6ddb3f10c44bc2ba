import { useContext, useState } from "preact/hooks";
import * as z from "zod/mini";
import { type Failure, ShellContext } from "../shell.ts";
import { callAct, Refused } from "./call.ts";
import { navigate } from "./state.ts";
import { watchJob } from "./watch-job.ts";

/** As the act `send` of the sandbox takes it. */
export interface OrderToSend {
  connection: string;
  sku: string;
  quantity: number;
  /** JSON; "" for none. */
  more: string;
  /** "" for none. */
  provider: string;
  fault: string;
}

/** What a newcomer sends with one press. */
export const DEMO_ORDER: OrderToSend = {
  ...{ connection: "shopify/demo", sku: "DEMO-MUG", quantity: 1 },
  ...{ more: "", provider: "", fault: "" },
};

interface SendOrder {
  send(order: OrderToSend): Promise<void>;
  isBusy: boolean;
  failure: Failure | undefined;
}

/** Sends an order from the sandbox, wherever the button is, and shows what becomes of it. */
export function useSendOrder(): SendOrder {
  const shell = useContext(ShellContext);
  const [failure, setFailure] = useState<Failure>();
  const [isBusy, setBusy] = useState(false);
  const sandbox = { ...shell, page: "sandbox", address: "/console/sandbox" };
  return {
    isBusy,
    failure,
    async send(input) {
      setBusy(true);
      setFailure(undefined);
      try {
        const what = { act: "send", step: "run", input, title: "Send an order" } as const;
        const { job } = await callAct(sandbox, what, z.object({ job: z.string() }));
        watchJob(job, ({ endedAt, failed, done }) => {
          if (endedAt === undefined) return;
          setBusy(false);
          if (failed !== undefined) setFailure({ title: "Nothing was sent", sentence: failed });
          if (done?.link) navigate.to(done.link.href);
        });
      } catch (error) {
        setBusy(false);
        if (!(error instanceof Refused)) throw error;
        setFailure(error.failure);
      }
    },
  };
}
