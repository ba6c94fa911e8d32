/** A whole life of an order through a client of orval. It prints the code. */
import assert from "node:assert/strict";

import { OrderStatus, changeOrderStatus, getBalance, getOrder, getServiceDetail, orderNumber } from "./v3.js";
import type { ChangeAnswerOrFailure, Failure, OrderBody, OrderItem, Purchase } from "./v3.js";

const { SMSONLINE_USER_ID: userId = "", SMSONLINE_API_KEY: apiKey = "" } = process.env;

/** What an answer says, if it is one of success. */
function granted<Answer extends { ok: true; body: unknown }>(data: Answer | Failure): Answer["body"] {
  if (!data.ok) throw new Error(data.errorMessage);
  return data.body;
}

async function balance(): Promise<number> {
  const answer = await getBalance(userId, { apiKey });
  assert(answer.status === 200);
  return granted(answer.data).balance;
}

async function order(): Promise<Purchase> {
  const where = { country: "12", carrier: "any", service: "ds" };
  const asked = await getServiceDetail(userId, where.country, where.carrier, where.service, { apiKey });
  assert(asked.status === 200);
  const { price, m, n } = granted(asked.data);
  const body: OrderBody = { apiKey, ...where, maximumPrice: String(price), m, n };
  const answer = await orderNumber(userId, body);
  assert(answer.status === 200);
  const bought = granted(answer.data);
  assert(bought.purchasePrice <= price);
  return bought;
}

async function look(orderId: string): Promise<OrderItem> {
  const answer = await getOrder(userId, orderId, { apiKey });
  assert(answer.status === 200);
  const [item] = granted(answer.data);
  assert(item !== undefined);
  return item;
}

async function refund(orderId: string): Promise<ChangeAnswerOrFailure> {
  const answer = await changeOrderStatus(userId, orderId, "refund", { apiKey });
  assert(answer.status === 200);
  return answer.data;
}

const before = await balance();
const bought = await order();
let item = await look(bought.orderId);
while (item.status === OrderStatus.waiting) item = await look(bought.orderId);

const refused = await refund(bought.orderId);
assert(!refused.ok);
assert.match(refused.errorMessage, /REFUND_NOT_ALLOWED/);

const second = await order();
assert.equal(granted(await refund(second.orderId)), "refund-completed");
assert.equal(await balance(), before - bought.purchasePrice);
console.log(item.code);
