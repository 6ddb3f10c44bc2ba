import * as z from "zod/mini";
import { instant } from "../../../shared/connector/instant.ts";
import { malformed } from "../../../shared/connector/malformed.ts";
import { provinceCode } from "../../../shared/connector/province-code.ts";
import { serviceLevel } from "../../../shared/connector/service-level.ts";
import { shipTo } from "../../../shared/connector/ship-to.ts";
import { kindByWords } from "../../../shared/connector/shipping-words.ts";
import { subtract, sum } from "../../../shared/decimal.ts";
import { Order } from "../../../shared/order.ts";
import type { ShippingKind } from "../../../shared/shipping-kind.ts";
import { costOf, mapLine } from "./map-line.ts";
import { amountIn, withoutSign } from "./money-of.ts";
import { currencyOf, orderState, wayOf, whyHeld } from "./order-state.ts";
import type { Contact, EbayOrder, Instruction, Shipment } from "./payload.ts";
import type { Secret, Settings } from "./settings.ts";

/**
 * @param shipments the parcels that left, if a line has left in part
 * @throws MalformedEvent if the result does not match our own schema: names our field, not its value
 */
export function mapOrder(
  order: EbayOrder,
  shipments: readonly Shipment[],
  { environment }: Pick<Secret, "environment">,
  settings: Settings,
): Order {
  const { buyer, pricingSummary, lineItems, fulfillmentStartInstructions: instructions } = order;
  const currency = currencyOf(order);
  const amount = (name: keyof EbayOrder["pricingSummary"]) =>
    amountIn(currency, pricingSummary[name], `pricingSummary.${name}`);
  const discount = withoutSign(amount("priceDiscount") ?? "0");
  const parcels = instructions.filter((one) => wayOf(one) === "ship");
  const { shippingAddress, hold: severalAddresses } = shipTo(parcels.map((one) => mapParcel(one, settings)));
  const reason = whyHeld(order, shipments, settings);
  const registered = buyer?.buyerRegistrationAddress;
  const contact = registered ?? parcels[0]?.shippingStep?.shipTo;
  const references = parcels.flatMap(({ shippingStep }) => shippingStep?.shipToReferenceId ?? []);

  const parsed = z.safeParse(Order, {
    id: order.orderId,
    number: settings.number === "none" ? undefined : order[settings.number],
    placedAt: order.creationDate,
    updatedAt: order.lastModifiedDate,
    salesPlatform: "eBay",
    shopName: order.sellerId,
    ...orderState(order),

    lines: lineItems.map((line) => mapLine(line, order, shipments)),
    shippingAddress,
    billingAddress: registered ? mapAddress(registered) : undefined,
    buyer: {
      id: buyer?.username,
      name: nameOf(contact),
      email: contact?.email,
      phone: contact?.primaryPhone?.phoneNumber,
    },
    taxIds: taxIds(order),

    currency,
    buyerCurrency: pricingSummary.total.convertedFromCurrency,
    subtotal: subtract(amount("priceSubtotal") ?? sum(lineItems.map((line) => costOf(line, order).cost)), discount),
    discount,
    tax: amount("tax"),
    total: amount("total"),

    paymentMethod:
      [...new Set(order.paymentSummary?.payments.flatMap(({ paymentMethod }) => paymentMethod ?? []))].join(", ") ||
      undefined,

    shipping: {
      ...mapMethod(order, parcels),
      price: amount("deliveryCost"),
      discount: withoutSign(amount("deliveryDiscount") ?? "0"),
    },
    note: order.buyerCheckoutNotes,
    attributes: references.map((value) => ({ name: "shipToReferenceId", value })),
    tags: [...new Set(lineItems.flatMap(({ purchaseMarketplaceId }) => purchaseMarketplaceId ?? []))],
    hold: reason === undefined ? severalAddresses : { reason },
    test: environment === "sandbox",
  });
  if (parsed.success) return parsed.data;
  throw malformed(parsed.error, ["order"]);
}

/** The code of a method is one word: `UK_RoyalMailNextDay`. */
const wordsIn = (code: string | undefined): string | undefined =>
  code?.replace(/([a-z])([A-Z])/g, "$1 $2").replace(/([A-Z])([A-Z][a-z])/g, "$1 $2");

function mapMethod({ lineItems, fulfillmentStartInstructions: all }: EbayOrder, parcels: readonly Instruction[]) {
  const { shippingServiceCode, shippingCarrierCode } = parcels[0]?.shippingStep ?? {};
  const limits = lineItems.flatMap(({ lineItemFulfillmentInstructions: one }) => instant(one?.shipByDate ?? "") ?? []);
  const isGuaranteed = lineItems.some(({ lineItemFulfillmentInstructions: one }) => one?.guaranteedDelivery === true);
  return {
    kind: kindOf(all),
    method: shippingServiceCode,
    code: shippingCarrierCode,
    serviceLevel: serviceLevel({ title: wordsIn(shippingServiceCode) }),
    shipBy: limits.toSorted()[0],
    // What is only estimated is no promise.
    deliverUntil: isGuaranteed ? instant(parcels[0]?.maxEstimatedDeliveryDate ?? "") : undefined,
  };
}

function kindOf(instructions: readonly Instruction[]): ShippingKind {
  const ways = new Set(instructions.map(wayOf));
  if (ways.has("ship") || ways.has("ebay") || ways.size === 0) {
    const codes = instructions.map(({ shippingStep }) => wordsIn(shippingStep?.shippingServiceCode));
    // "UK_CollectInStore" with an address is a parcel to the store.
    return kindByWords(codes) === "local" ? "local" : "ship";
  }
  return ways.has("pick-up") ? "pick-up" : "digital";
}

function mapParcel({ shippingStep }: Instruction, { shippingReference }: Settings) {
  const { shipTo: contact, shipToReferenceId: reference } = shippingStep ?? {};
  if (!contact?.contactAddress) return null;
  const address = mapAddress(contact);
  if (reference === undefined || shippingReference === "none") return address;
  const named = `Reference ${reference}`;
  return { ...address, [shippingReference]: [address[shippingReference], named].filter(Boolean).join(", ") };
}

/** Some names have several spaces. */
const nameOf = (contact: Contact | null | undefined): string | undefined => contact?.fullName?.replace(/\s+/g, " ");

function mapAddress(contact: Contact) {
  const { companyName: company, contactAddress, primaryPhone, email } = contact;
  const country = contactAddress?.countryCode;
  const province = contactAddress?.stateOrProvince ?? contactAddress?.county;
  return {
    name: nameOf(contact),
    company,
    street1: contactAddress?.addressLine1,
    street2: contactAddress?.addressLine2,
    city: contactAddress?.city,
    province,
    provinceCode: provinceCode(country, province) ?? (/^[A-Z]{2,3}$/.test(province ?? "") ? province : undefined),
    postcode: contactAddress?.postalCode,
    country,
    phone: primaryPhone?.phoneNumber,
    email,
    remark: undefined as string | undefined,
  };
}

/** The buyer's own, and the number by which eBay pays the import tax of the European Union. */
function taxIds({ buyer, lineItems }: EbayOrder) {
  const { taxpayerId: value, taxIdentifierType: type = "" } = buyer?.taxIdentifier ?? {};
  const own = value === undefined ? [] : [{ type: /VAT/.test(type) ? "vat" : "national", value }];
  const references = lineItems
    .flatMap(({ ebayCollectAndRemitTaxes }) => ebayCollectAndRemitTaxes)
    .flatMap(({ ebayReference }) => (ebayReference?.name === "IOSS" ? (ebayReference.value ?? []) : []));
  return [...own, ...[...new Set(references)].map((ioss) => ({ type: "ioss", value: ioss }))];
}
