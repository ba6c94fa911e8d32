/** A whole life of an order through a client of @hey-api/openapi-ts. It prints the code. */
import assert from "node:assert/strict";

import { client } from "./v3/client.gen.js";
import { changeOrderStatus, getBalance, getOrder, getServiceDetail, orderNumber } from "./v3/index.js";
import type { ChangeAnswerOrFailure, Failure, OrderBody, OrderItem, Purchase } from "./v3/index.js";

const { SMSONLINE_BASE_URL: baseUrl = "", SMSONLINE_USER_ID: userId = "", SMSONLINE_API_KEY: apiKey = "" } = process.env;
client.setConfig({ baseUrl });
const query = { apiKey };

/** What an answer says, if it is one of success. */
function granted<Answer extends { ok: true; body: unknown }>(data: Answer | Failure | undefined): Answer["body"] {
  assert(data !== undefined, "an answer that is no success");
  if (!data.ok) throw new Error(data.errorMessage);
  return data.body;
}

async function balance(): Promise<number> {
  const { data } = await getBalance({ path: { userId }, query });
  return granted(data).balance;
}

async function order(): Promise<Purchase> {
  const where = { country: "12", carrier: "any", service: "ds" };
  const asked = await getServiceDetail({ path: { userId, ...where }, query });
  const { price, m, n } = granted(asked.data);
  const body: OrderBody = { apiKey, ...where, maximumPrice: String(price), m, n };
  const { data } = await orderNumber({ path: { userId }, body });
  const bought = granted(data);
  assert(bought.purchasePrice <= price);
  return bought;
}

async function look(orderId: string): Promise<OrderItem> {
  const { data } = await getOrder({ path: { userId, orderId }, query });
  const [item] = granted(data);
  assert(item !== undefined);
  return item;
}

async function refund(orderId: string): Promise<ChangeAnswerOrFailure | undefined> {
  const { data } = await changeOrderStatus({ path: { userId, orderId, next: "refund" }, body: { apiKey } });
  return data;
}

const before = await balance();
const bought = await order();
let item = await look(bought.orderId);
while (item.status === "waiting") item = await look(bought.orderId);

const refused = await refund(bought.orderId);
assert(refused !== undefined && !refused.ok);
assert.match(refused.errorMessage, /REFUND_NOT_ALLOWED/);

const second = await order();
assert.equal(granted(await refund(second.orderId)), "refund-completed");
assert.equal(await balance(), before - bought.purchasePrice);
console.log(item.code);
