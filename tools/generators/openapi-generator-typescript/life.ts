/** A whole life of an order through a client of openapi-generator, typescript-fetch. It prints the code. */
import assert from "node:assert/strict";

import {
  ChangeOrderStatusNextEnum,
  Configuration,
  CustomerApi,
  LookupApi,
  OrderChange,
  OrderStatus,
  OrdersApi,
} from "./v3/index.js";
import type { ChangeAnswerOrFailure, Failure, OrderItem, Purchase } from "./v3/index.js";

const { SMSONLINE_BASE_URL: basePath, SMSONLINE_USER_ID: userId = "", SMSONLINE_API_KEY: apiKey = "" } = process.env;
const configuration = new Configuration({ basePath });
const customer = new CustomerApi(configuration);
const lookup = new LookupApi(configuration);
const orders = new OrdersApi(configuration);

/** What an answer says, if it is one of success. */
function granted<Answer extends { ok: true; body: unknown }>(answer: Answer | Failure): Answer["body"] {
  if (!answer.ok) throw new Error(answer.errorMessage);
  return answer.body;
}

async function balance(): Promise<number> {
  return granted(await customer.getBalance({ userId, apiKey })).balance;
}

async function order(): Promise<Purchase> {
  const where = { country: "12", carrier: "any", service: "ds" };
  const { price, m, n } = granted(await lookup.getServiceDetail({ userId, ...where, apiKey }));
  const orderBody = { apiKey, ...where, maximumPrice: String(price), m, n };
  const bought = granted(await orders.orderNumber({ userId, orderBody }));
  assert(bought.purchasePrice <= price);
  return bought;
}

async function look(orderId: string): Promise<OrderItem> {
  const [item] = granted(await orders.getOrder({ userId, orderId, apiKey }));
  assert(item !== undefined);
  return item;
}

function refund(orderId: string): Promise<ChangeAnswerOrFailure> {
  return orders.changeOrderStatus({ userId, orderId, next: ChangeOrderStatusNextEnum.Refund, keyBody: { apiKey } });
}

const before = await balance();
const bought = await order();
let item = await look(bought.orderId);
while (item.status === OrderStatus.Waiting) item = await look(bought.orderId);

const refused = await refund(bought.orderId);
assert(!refused.ok);
assert.match(refused.errorMessage, /REFUND_NOT_ALLOWED/);

const second = await order();
assert.equal(granted(await refund(second.orderId)), OrderChange.RefundCompleted);
assert.equal(await balance(), before - bought.purchasePrice);
console.log(item.code);
