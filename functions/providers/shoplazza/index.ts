import * as z from "zod/mini";
import { isSuccess } from "../../../shared/connector/answer-table.ts";
import { complaintBeside } from "../../../shared/connector/complaint-beside.ts";
import { readAnswer } from "../../../shared/connector/read-answer.ts";
import type { Tools } from "../../../shared/connector/tools.ts";
import { defined } from "../../../shared/defined.ts";
import { InDoubt, Rejected, Unavailable } from "../../../shared/errors.ts";
import { type Account, type Client, type Created, defineProvider, type Prepared } from "../provider.ts";
import { createError, orderIdIn } from "./answers.ts";
import { openApi } from "./api.ts";
import { arrivalOf, MARK_PAID } from "./arrival.ts";
import { findOrder, namedOrder } from "./find-order.ts";
import { type OrderBody, toOrderBody } from "./order-body.ts";
import { forgetProducts, type Product, productOf } from "./products.ts";
import { Secret, Settings } from "./settings.ts";
import { carries, differenceOf, isCancelled, isOlder, isPaid, markerOf, ShopOrder, unwrapped } from "./shop-order.ts";

const Answer = unwrapped(z.object({ order: ShopOrder }));
const NAMED_MAX_AGE = 30 * 86_400_000;

/** Shoplazza, create order of 2022-01: ../../../docs/providers/shoplazza.md */
export const shoplazza = defineProvider<Settings, Secret>({
  name: "shoplazza",
  title: "Shoplazza",
  settings: Settings,
  secret: Secret,
  // Travels as a tag, which the shop keeps in one text with commas. No length is documented [ASSUME].
  reference: { maxLength: 100, characters: /^[A-Za-z0-9._:-]+$/ },
  timing: { settling: 5 * 60_000, call: 30_000 },
  open,
});

function open(account: Account<Settings, Secret>, tools: Tools): Client {
  const { destination, settings } = account;
  const api = openApi(account, tools);

  return {
    async prepare(outgoing): Promise<Prepared<OrderBody>> {
      const products = new Map<string, Product>();
      // One after another: the smaller bucket takes 40 calls at once, and each answer is kept.
      for (const line of outgoing.lines) {
        if (!products.has(line.sku)) products.set(line.sku, await productOf(line, account, { api, tools }));
      }
      const { body, lines } = toOrderBody(outgoing, products, account);
      return { request: body, lines };
    },

    async create(prepared, outgoing): Promise<Created> {
      const answer = await api.create(prepared.request);
      if (!isSuccess(answer)) {
        const failure = createError(answer, { settings, token: account.secret.token, tools });
        await remember(answer, failure, outgoing.reference);
        if (failure instanceof Rejected) await forgetProducts(outgoing.lines, tools).catch(() => undefined);
        throw failure;
      }
      const order = readAnswer(answer, Answer)?.order;
      if (!order) throw new InDoubt(`Shoplazza answered ${answer.status} with nothing we can read.`);
      if (isCancelled(order)) throw new InDoubt(`Shoplazza answered with order ${order.id}, which is cancelled.`);
      const marked = carries(order, markerOf(outgoing.reference));
      const difference = order.line_items ? differenceOf(order, prepared.lines) : undefined;
      const alien = difference ?? (isOlder(order, outgoing, tools.now()) ? "it was created long ago" : undefined);
      if (!marked && alien) throw new InDoubt(`Shoplazza answered with order ${order.id}: ${alien}.`);
      const { notes, priceDiffers, ...arrival } = arrivalOf(order, outgoing, settings);
      if (priceDiffers) tools.count("price-difference");
      const odd = [
        ...(marked ? [] : [`Order ${order.id} came back without our mark: look-ups will not find it.`]),
        ...(difference ? [`Order ${order.id} came back with ${difference}.`] : []),
      ];
      const complaint = complaintBeside(answer, [account.secret.token]);
      return { providerOrderIds: [order.id], ...arrival, notes: [...odd, ...notes], ...defined({ complaint }) };
    },

    find: (sent, outgoing) => findOrder(sent, outgoing, { api, settings, tools }),

    async followUp(step, providerOrderIds): Promise<void> {
      if (step !== MARK_PAID) throw new Rejected(`${destination} knows no step "${step}".`);
      for (const id of providerOrderIds) {
        const order = await api.order(id);
        if (!order) throw new Unavailable(`Order ${id} cannot be read in ${destination} yet.`);
        if (isPaid(order)) continue;
        if (isCancelled(order))
          throw new Rejected(`Order ${id} was cancelled in ${destination} before it was marked paid.`);
        await api.pay(id, settings.paymentGateway);
      }
    },

    check: api.check,
  };

  /** What an error said of the order must not hide the error. */
  async function remember(answer: Parameters<typeof orderIdIn>[0], failure: Error, reference: string): Promise<void> {
    const id = failure instanceof InDoubt ? orderIdIn(answer) : undefined;
    if (id) await tools.cache.put(namedOrder(reference), id, NAMED_MAX_AGE).catch(() => undefined);
  }
}
