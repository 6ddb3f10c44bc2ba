import { html } from "htm/preact";
import type { VNode } from "preact";
import { useContext, useState } from "preact/hooks";
import * as z from "zod/mini";
import { CommandError } from "../../operator/command-error.ts";
import {
  countDeadLetters,
  deadLetterQueue,
  moveTasks,
  peek,
  peekBody,
  queueArn,
  redrive,
} from "../../operator/dead-letter-queues.ts";
import { shellWord } from "../../shared/shell-word.ts";
import { callAsk, Refused } from "../client/call.ts";
import { orderHref } from "../order-href.ts";
import type { Act, Ask, Merge, ServerPage, View } from "../page.ts";
import { ActButton } from "../parts/act-button.ts";
import { Empty } from "../parts/empty.ts";
import { FailureBox } from "../parts/failure-box.ts";
import { Rows } from "../parts/rows.ts";
import { Time } from "../parts/time.ts";
import { type Failure, ShellContext } from "../shell.ts";

export const Data = z.object({
  queues: z.array(
    z.object({
      name: z.string(),
      of: z.string(),
      kind: z.string(),
      /** Null: not deployed. */
      messages: z.nullable(z.number()),
      hidden: z.number(),
    }),
  ),
});
type Data = z.infer<typeof Data>;

const Letter = z.object({
  messageId: z.string(),
  sentAt: z.string(),
  receives: z.number(),
  order: z.nullable(z.string()),
  destination: z.nullable(z.string()),
  says: z.string(),
  redrive: z.string(),
});
const Peeked = z.object({
  letters: z.array(Letter),
  moves: z.array(
    z.object({
      status: z.string(),
      moved: z.number(),
      startedAt: z.nullable(z.string()),
      failure: z.nullable(z.string()),
    }),
  ),
});
const Queue = z.object({ queue: z.string() });
const Message = z.extend(Queue, { messageId: z.string() });
const Body = z.object({ text: z.nullable(z.string()) });

const look: Ask<typeof Queue> = {
  input: Queue,
  async *run({ stage }, { queue: name }) {
    const queue = await deadLetterQueue(name, stage);
    yield { progress: "reading messages" };
    const letters = await peek(queue, stage);
    // Its permission is another one: without it, the messages are shown all the same.
    const tasks = await moveTasks(queue, stage).catch(() => []);
    const moves = tasks.map(({ status, moved, startedAt = null, failure = null }) => ({
      status,
      moved,
      startedAt,
      failure,
    }));
    yield { result: { letters, moves } };
  },
};

const body: Ask<typeof Message> = {
  input: Message,
  async *run({ stage }, { queue, messageId }) {
    yield { result: { text: (await peekBody(await deadLetterQueue(queue, stage), messageId, stage)) ?? null } };
  },
};

const move: Act<typeof Queue> = {
  input: Queue,
  async plan({ stage }, { queue: name }) {
    const queue = await deadLetterQueue(name, stage);
    const count = (await countDeadLetters(stage)).find((one) => one.name === name)?.messages ?? 0;
    if (count === 0) throw new CommandError(`${name} has no messages to move.`);
    const letters = await peek(queue, stage);
    const outcomes = Map.groupBy(letters, (letter) => letter.redrive);
    const seen = letters.length < count ? ` (of the first ${letters.length})` : "";
    return {
      will: [
        `have SQS move about ${count} message${count === 1 ? "" : "s"} back to ${queue.source}`,
        ...[...outcomes].map(([outcome, ones]) => `${ones.length} × ${outcome}${seen}`),
      ],
      undo: "Messages that were moved cannot be moved back. A redrive is safe at any time: what may exist at a provider is looked up before it is sent.",
      command: `aws sqs start-message-move-task --region ${stage.env.region} --source-arn ${shellWord(queueArn(name, stage))}`,
      agree: "Start redrive",
    };
  },
  async run({ stage, signal }, { queue: name }, progress) {
    const queue = await deadLetterQueue(name, stage);
    const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));
    const { moved, status } = await redrive(queue, stage, { progress, pause: signal.aborted ? async () => {} : pause });
    return {
      said:
        status === "COMPLETED"
          ? `${moved} messages were moved to ${queue.source}.`
          : `The redrive is ${status.toLowerCase()}: ${moved} messages were moved.`,
      link: { href: "/console/dead-letters", text: "Dead letters" },
    };
  },
};

export const page = {
  name: "dead-letters",
  path: "/console/dead-letters",
  nav: "Dead letters",
  title: () => "Dead letters",
  liveEvery: 5000,
  async load({ stage }) {
    const counts = await countDeadLetters(stage);
    const queues = counts.map(({ name, of, kind, messages = null, hidden }) => ({ name, of, kind, messages, hidden }));
    return { queues: queues.toSorted((a, b) => (b.messages ?? -1) - (a.messages ?? -1)) };
  },
  acts: { move },
  asks: { look, body },
} satisfies ServerPage<typeof Data>;

/** The fullest was first when the page was opened; its counts change in place. */
export const merge: Merge<Data> = (shown, latest) => {
  const fresh = new Map(latest.queues.map((queue) => [queue.name, queue]));
  return { data: { queues: shown.queues.map((queue) => fresh.get(queue.name) ?? queue) }, news: 0 };
};

export const view: View<Data> = ({ data: { queues }, url }) => {
  const chosen = queues.find(({ name }) => name === url.searchParams.get("queue"));
  const full = queues.filter(({ messages }) => messages === null || messages > 0);
  const empty = queues.length - full.length;
  return html`<section>
    <p>A message is here after it failed for good. Looking at it consumes nothing; a redrive tries it again, and is safe at any time.</p>
    ${full.every(({ messages }) => messages === null) && html`<${Empty}>No dead-letter queue has a message<//>`}
    ${
      queues.length > 0 &&
      html`<${Rows} caption="Dead-letter queues" columns=${["Queue", "Messages", "Looked at now", "Act"]}
      rows=${queues.map(({ name, of, messages, hidden }) => ({
        key: name,
        cells: [
          html`<a href=${`/console/dead-letters?queue=${encodeURIComponent(name)}`}>${of}</a>`,
          messages === null
            ? html`<span class="quiet">not deployed</span>`
            : messages > 0
              ? html`<span class="bad">${messages}</span>`
              : "0",
          hidden > 0 ? hidden : "",
          messages !== null &&
            messages > 0 &&
            html`<${ActButton} act="move" label="Redrive" input=${{ queue: name }} hint=${`Redrive the dead letters of ${of}`} />`,
        ],
      }))} />`
    }
    ${empty > 0 && html`<p class="quiet">${empty} of ${queues.length} are empty. SQS's counts are approximate.</p>`}
    ${chosen && html`<${Inside} key=${chosen.name} name=${chosen.name} of=${chosen.of} />`}
  </section>`;
};

function Inside({ name, of }: { name: string; of: string }): VNode {
  const shell = useContext(ShellContext);
  const [peeked, setPeeked] = useState<z.infer<typeof Peeked>>();
  const [progress, setProgress] = useState<string>();
  const [failure, setFailure] = useState<Failure>();
  const begin = () => {
    setFailure(undefined);
    setProgress("reading messages");
    void callAsk(shell, { ask: "look", input: { queue: name }, progress: setProgress }, Peeked)
      .then(setPeeked)
      .catch((error: unknown) => {
        if (!(error instanceof Refused)) throw error;
        setFailure(error.failure);
      })
      .finally(() => setProgress(undefined));
  };
  return html`<h2>Inside ${of}</h2>
    <p class="acts"><button type="button" onClick=${begin} disabled=${progress !== undefined}>${peeked ? "Look again" : `Look at up to ${MOST_LOOKED} messages`}</button> ${progress !== undefined && html`<span class="quiet" role="status">${progress}</span>`}</p>
    ${failure && html`<${FailureBox} failure=${failure} />`}
    ${peeked && peeked.letters.length === 0 && html`<p class="empty">No message can be seen. Another reader may be looking at them: try again in 10 s.</p>`}
    ${
      peeked &&
      peeked.letters.length > 0 &&
      html`<${Rows} caption=${`Messages of ${of}`} columns=${["Sent", "Order", "What is known", "A redrive", "Raw"]}
        rows=${peeked.letters.map(({ messageId, sentAt, order, says, redrive: then }) => ({
          key: messageId,
          cells: [
            html`<${Time} at=${sentAt} />`,
            order === null ? html`<code>${messageId}</code>` : html`<a href=${orderHref(order)}>${order}</a>`,
            says,
            then,
            html`<${RawBody} queue=${name} messageId=${messageId} />`,
          ],
        }))} />`
    }
    ${
      peeked &&
      peeked.moves.length > 0 &&
      html`<h3>Last redrives</h3><ul>${peeked.moves.map(({ status, moved, startedAt, failure: why }, index) => html`<li key=${index}>${startedAt !== null && html`<${Time} at=${startedAt} /> `}${status.toLowerCase()}, ${moved} moved${why !== null && `: ${why}`}</li>`)}</ul>`
    }`;
}

/** As operator/dead-letter-queues.ts has it, which the browser cannot read. */
const MOST_LOOKED = 50;

function RawBody({ queue, messageId }: { queue: string; messageId: string }): VNode {
  const shell = useContext(ShellContext);
  const [text, setText] = useState<string>();
  const [failure, setFailure] = useState<Failure>();
  const show = () =>
    void callAsk(shell, { ask: "body", input: { queue, messageId } }, Body)
      .then((result) => setText(result?.text ?? "It is not in the queue any more, or another reader is looking at it."))
      .catch((error: unknown) => {
        if (!(error instanceof Refused)) throw error;
        setFailure(error.failure);
      });
  return html`<span>
    <button type="button" onClick=${text === undefined ? show : () => setText(undefined)} aria-label=${`${text === undefined ? "Show" : "Hide"} the raw message ${messageId}, with personal data`}>${text === undefined ? "show" : "hide"}</button>
    ${failure && html`<${FailureBox} failure=${failure} />`}
    ${text !== undefined && html`<pre tabindex="0">${text}</pre>`}
  </span>`;
}
