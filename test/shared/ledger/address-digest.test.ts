import { equal, notEqual } from "node:assert/strict";
import { test } from "node:test";
import { addressDigest } from "../../../shared/ledger/address-digest.ts";

const order = { channel: "plain", connection: "main", orderId: "1" };
const address = { name: "Ada Byron", street1: "Main 1", city: "Berlin", country: "DE" };
const digest = addressDigest(order, address);

test("an address has the same digest in whatever sequence its fields come, absent ones left out", () => {
  const { country, name, ...rest } = address;
  equal(addressDigest({ ...order }, { country, company: undefined, ...rest, name }), digest);
});

test("case, spaces, coordinates and e-mail are not where a parcel goes", () => {
  const same = {
    ...address,
    name: " ADA  Byron ",
    street2: " ",
    latitude: "52.5",
    longitude: "13.4",
    email: "a@b.example",
  };
  equal(addressDigest(order, same), digest);
  notEqual(addressDigest(order, { ...address, phone: "+49 30 1" }), digest);
});

test("another address, another field, no address and another order have other digests", () => {
  const { street1, ...rest } = address;
  for (const other of [{ ...address, street1: "Main 2" }, { ...rest, street2: street1 }, rest, {}, null]) {
    notEqual(addressDigest(order, other), digest, JSON.stringify(other));
  }
  notEqual(addressDigest(order, {}), addressDigest(order, null));
  for (const other of [{ channel: "other" }, { connection: "other" }, { orderId: "2" }]) {
    notEqual(addressDigest({ ...order, ...other }, address), digest, JSON.stringify(other));
  }
});
