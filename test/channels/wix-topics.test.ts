import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { after, before, test } from "node:test";
import { wix } from "../../functions/channels/wix/index.ts";
import { MalformedEvent } from "../../shared/errors.ts";
import { pack } from "../../shared/messages/event.ts";
import { startLedger, type TestLedger } from "../support/ledger-table.ts";
import { newEvent, ONE, RouteOrderContext } from "../support/route-order-context.ts";
import {
  claims,
  FQDN,
  INSTANCE,
  leastOrder,
  line,
  ORDER_ID,
  payload,
  read,
  readBody,
  token,
  updated,
} from "./wix-events.ts";

let started: TestLedger;
before(async () => {
  started = await startLedger("memory");
});
after(() => started.stop());

const order = leastOrder();
const carried = {
  created: { createdEvent: { entity: order } },
  updated: { updatedEvent: { currentEntity: order, modifiedFields: {} } },
  approved: { actionEvent: { body: { order } } },
  canceled: { actionEvent: { body: { order } } },
  payment_status_updated: { actionEvent: { body: { order, previousPaymentStatus: "NOT_PAID" } } },
  // A slug that is in no list is an order by what it carries.
  something_new: { actionEvent: { body: { order } } },
};

for (const [slug, event] of Object.entries(carried)) {
  test(`order_${slug} carries the order`, async () => {
    const reading = await read({ eventType: `${FQDN}_${slug}`, payload: payload({ slug, ...event }) });
    equal(reading.topic, `${FQDN}_${slug}`);
    equal(reading.eventTime, "2026-10-01T10:00:06.000Z");
    ok(reading.kind === "order" && reading.order.id === ORDER_ID && reading.order.number === "10042");
  });
}

test("an event of an order that does not carry it leads to a fetch; a deletion asks the API", async () => {
  for (const event of [{}, { actionEvent: { body: {} } }, { updatedEvent: { currentEntity: null } }]) {
    deepEqual(
      (({ kind, ...rest }) => [kind, Object.hasOwn(rest, "orderId")])(await read({ payload: payload(event) })),
      ["fetch", true],
    );
  }
  const deleted = await read({ payload: payload({ deletedEvent: {} }) });
  deepEqual([deleted.kind, deleted.kind === "change" && deleted.change], ["change", "cancelled"]);
});

test("what an order does not say by itself is fetched: which lines were shipped, and an SKU that the catalogue may have", async () => {
  const kindOf = async (changes: Record<string, unknown>, settings = {}) =>
    (await read({ payload: updated(leastOrder(changes)) }, settings)).kind;
  equal(await kindOf({ fulfillmentStatus: "PARTIALLY_FULFILLED" }), "fetch");
  const noSku = { physicalProperties: { shippable: true } };
  equal(await kindOf({ lineItems: [line(), line({ id: "l-2", ...noSku })] }), "fetch");
  for (const [changes, settings] of [
    [{ lineItems: [line(noSku)] }, { catalog: "off" }],
    [{ lineItems: [line(noSku)], fulfillmentStatus: "FULFILLED" }, {}],
    [{ lineItems: [line(noSku)], status: "CANCELED" }, {}],
    [{ lineItems: [line({ ...noSku, refundQuantity: 2 })] }, {}],
    [{ lineItems: [line({ ...noSku, fulfillerId: "printer" })] }, {}],
    [{ lineItems: [line({ physicalProperties: { shippable: false } })] }, {}],
    [{ lineItems: [line({ ...noSku, itemType: { preset: "SERVICE" } })] }, {}],
    [{ lineItems: [line({ ...noSku, catalogReference: { catalogItemId: "b", appId: "another app" } })] }, {}],
    [{ lineItems: [line({ ...noSku, catalogReference: null })] }, {}],
  ] as const) {
    equal(await kindOf(changes, settings), "order", JSON.stringify([changes, settings]));
  }
});

test("parcels, payments and refunds name their order", async () => {
  const of = (entityFqdn: string, event: object, entityId: string = "another-entity") =>
    read({ eventType: `${entityFqdn}_updated`, payload: payload({ entityFqdn, entityId, ...event }) });
  for (const [fqdn, event, entityId] of [
    ["wix.ecom.v1.fulfillments", { updatedEvent: { currentEntity: { orderId: ORDER_ID, fulfillments: [] } } }],
    ["wix.ecom.v1.fulfillments", { actionEvent: { body: { orderId: ORDER_ID, fulfillmentId: "f" } } }],
    ["wix.ecom.v1.fulfillments", {}, ORDER_ID],
    ["wix.ecom.v1.order_transactions", { actionEvent: { body: { orderTransactions: { orderId: ORDER_ID } } } }],
  ] as const) {
    const reading = await of(fqdn, event, entityId);
    deepEqual([reading.kind, reading.kind === "fetch" && reading.orderId], ["fetch", ORDER_ID], fqdn);
  }
});

test("trap: an update marked triggeredByAnonymizeRequest is an erasure request, never an edit or a cancellation", async () => {
  const nameless = leastOrder({ buyerInfo: {}, billingInfo: null, shippingInfo: null, status: "CANCELED" });
  for (const event of [
    { updatedEvent: { currentEntity: nameless } },
    { updatedEvent: { currentEntity: "nonsense" } },
    { actionEvent: { body: { order: nameless } } },
    { deletedEvent: {} },
    {},
  ]) {
    const reading = await read({ payload: payload({ triggeredByAnonymizeRequest: true, ...event }) });
    deepEqual([reading.kind, reading.kind === "erase" && reading.subject], ["erase", { orderIds: [ORDER_ID] }]);
  }
});

test("a mark that is no yes or no is malformed: it must not pass for an edit", async () => {
  for (const mark of ["true", 1, {}, "yes"]) {
    await rejects(
      async () => read({ payload: updated(order, { triggeredByAnonymizeRequest: mark }) }),
      (error) => error instanceof MalformedEvent && error.field === "data.data.triggeredByAnonymizeRequest",
    );
  }
  for (const mark of [false, null, undefined]) {
    equal((await read({ payload: updated(order, { triggeredByAnonymizeRequest: mark }) })).kind, "order");
  }
});

test("a contact that is erased by request erases its orders; one that staff deletes does not", async () => {
  const of = (mark: boolean) =>
    read({
      eventType: "wix.contacts.v4.contact_deleted",
      payload: payload({
        entityFqdn: "wix.contacts.v4.contact",
        entityId: "contact-7",
        deletedEvent: {},
        triggeredByAnonymizeRequest: mark,
      }),
    });
  const erased = await of(true);
  deepEqual(erased.kind === "erase" && erased.subject, { buyerId: "contact-7" });
  equal((await of(false)).kind, "ignored");
});

test("an app that is removed is a lifecycle event, whatever it carries; installing it and other events are ignored", async () => {
  for (const data of [{ appId: "a" }, {}, "", undefined, "{}"]) {
    const reading = await read({ eventType: "AppRemoved", payload: data });
    deepEqual([reading.kind, reading.kind === "lifecycle" && reading.event], ["lifecycle", "uninstalled"]);
  }
  for (const [eventType, data] of [
    ["AppInstalled", { appId: "a" }],
    ["PaidPlanPurchased", {}],
    ["wix.bookings.v2.booking_created", payload({ entityFqdn: "wix.bookings.v2.booking" })],
    // The events of the Stores API that Wix switched off.
    ["com.wix.ecommerce.orders.api.v1.event.OrderEvent", { orderId: ORDER_ID, lastUpdated: "2020-01-01T00:00:00Z" }],
  ] as const) {
    equal((await read({ eventType, payload: data })).kind, "ignored", eventType);
  }
});

test("each of the three JSON texts that cannot be read is malformed, and names its place", async () => {
  const field = async (body: string) =>
    readBody(body).then(
      ({ kind }) => kind,
      (error: unknown) => (error instanceof MalformedEvent ? error.field : String(error)),
    );
  equal(await field("no token"), "body");
  equal(await field(token("{")), "body");
  equal(await field(token({})), "data");
  equal(await field(token({ data: {} })), "data");
  equal(await field(token({ data: "{" })), "data");
  equal(await field(token({ data: JSON.stringify({ eventType: "x" }) })), "data.instanceId");
  equal(await field(token(claims({ instanceId: 7, payload: {} }))), "data.instanceId");
  equal(await field(token(claims({ eventType: "", payload: {} }))), "data.eventType");
  equal(await field(token(claims({ payload: "{" }))), "data.data");
  equal(await field(token(claims({ payload: "[]" }))), "ignored");
  for (const [event, place] of [
    [payload({ entityId: undefined }), "entityId"],
    [payload({ entityId: "../orders" }), "entityId"],
    [updated(leastOrder({ id: "another" }), { entityId: ORDER_ID }), "updatedEvent.currentEntity.id"],
    [updated(leastOrder({ updatedDate: "yesterday" })), "updatedEvent.currentEntity.updatedDate"],
    [
      updated(leastOrder({ lineItems: [line({ quantity: "many" })] })),
      "updatedEvent.currentEntity.lineItems.0.quantity",
    ],
    [
      updated(leastOrder({ lineItems: [line({ price: { amount: "?" } })] })),
      "updatedEvent.currentEntity.lineItems.0.price.amount",
    ],
  ] as const) {
    equal(await field(token(claims({ payload: event }))), `data.data.${place}`);
  }
});

test("IDs and numbers keep the digits of the innermost text", async () => {
  const text = JSON.stringify(updated(order)).replace('"number":"10042"', '"number":820982911946154508');
  const reading = await read({ payload: text });
  equal(reading.kind === "order" && reading.order.number, "820982911946154508");
});

const OTHER_SITE = "9b8c7d6e-5f40-4132-a243-54657687980a";
const since = "2026-01-01T00:00:00Z";

/** route-order with two sites of one app. */
class Sites extends RouteOrderContext {
  constructor() {
    super(started, {
      connections: [
        { channel: "wix", name: "north", key: "wn", endpoint: "app", shop: INSTANCE, since },
        { channel: "wix", name: "south", key: "ws", endpoint: "app", shop: OTHER_SITE, since },
      ],
      routes: [{ from: ["wix/north", "wix/south"], to: [ONE] }],
    });
    this.channels.set("wix", wix);
  }

  receive(event: Record<string, unknown>, instanceId: string = INSTANCE, eventType = `${FQDN}_updated`) {
    const body = token(claims({ eventType, instanceId, payload: event }));
    return this.routes(
      pack(newEvent(body, { channel: "wix", endpoint: "app", receivedAt: new Date(this.clock).toISOString() })),
    );
  }

  state = async (orderId: string, connection = "north") =>
    (await this.ledger.order({ channel: "wix", connection, orderId }))?.state;
}

const idOf = (number: number) => `5d0c3a52-6f0e-4c0b-9a86-${String(number).padStart(12, "0")}`;

test("two sites of one app with equal order IDs are two orders; an unknown site's event is none", async () => {
  const sites = new Sites();
  const event = updated(leastOrder({ id: idOf(1) }));
  equal((await sites.receive(event)).outcome, "recorded");
  equal((await sites.receive(event, OTHER_SITE)).outcome, "recorded");
  equal((await sites.receive(event)).outcome, "duplicate");
  equal((await sites.receive(event, "unknown")).outcome, "unknown-shop");
  deepEqual(sites.sentOf(idOf(1)), [ONE, ONE]);
});

test("trap: a redelivery with a new envelope is a duplicate, and a late older state changes nothing", async () => {
  const sites = new Sites();
  const id = idOf(2);
  const unpaid = leastOrder({ id, status: "INITIALIZED", paymentStatus: "NOT_PAID" });
  const paid = leastOrder({ id, updatedDate: "2026-10-01T10:00:09.000Z" });
  equal((await sites.receive(updated(unpaid, { entityEventSequence: "1" }))).outcome, "recorded");
  deepEqual([await sites.state(id), sites.sentOf(id)], ["held", []]);
  equal((await sites.receive(updated(paid, { entityEventSequence: "2" }))).outcome, "updated");
  equal((await sites.receive(updated(paid, { id: "another", entityEventSequence: "3" }))).outcome, "duplicate");
  // Its sequence number and its time are the envelope's: they do not make the order newer.
  const late = { id: "late", entityEventSequence: "9", eventTime: "2026-10-01T11:00:00.000Z" };
  equal((await sites.receive(updated(unpaid, late))).outcome, "stale");
  deepEqual([await sites.state(id), sites.sentOf(id)], ["recorded", [ONE]]);
});

test("trap: a request to anonymise an order that was not sent yet erases it: it is not sent with empty fields", async () => {
  const sites = new Sites();
  const id = idOf(3);
  const held = leastOrder({ id, status: "PENDING" });
  await sites.receive(updated(held));
  equal(await sites.state(id), "held");
  const nameless = leastOrder({ id, buyerInfo: {}, shippingInfo: null, updatedDate: "2026-10-01T12:00:00.000Z" });
  const { outcome } = await sites.receive(updated(nameless, { triggeredByAnonymizeRequest: true }));
  ok(["erased", "erasure-requested"].includes(outcome), outcome);
  deepEqual(sites.sentOf(id), []);
  // An event that was on its way brings nothing back.
  await sites.receive(updated(leastOrder({ id, updatedDate: "2026-10-01T12:00:01.000Z" })));
  const file = await sites.ledger.load({ channel: "wix", connection: "north", orderId: id });
  ok(file?.record.erasure);
  equal(JSON.stringify(file).includes("Byron"), false);
  deepEqual(sites.sentOf(id), []);
});

test("an order that is not known yet is erased in advance", async () => {
  const sites = new Sites();
  const id = idOf(4);
  await sites.receive(payload({ entityId: id, triggeredByAnonymizeRequest: true, updatedEvent: {} }));
  await sites.receive(updated(leastOrder({ id })));
  ok((await sites.ledger.order({ channel: "wix", connection: "north", orderId: id }))?.erasure);
  deepEqual(sites.sentOf(id), []);
});

test("the removed app is recorded at its site alone", async () => {
  const sites = new Sites();
  equal((await sites.receive({ appId: "a" }, INSTANCE, "AppRemoved")).outcome, "interrupted");
});
