/** A whole life of an order through openapi-fetch, with the types of openapi-typescript. It prints the code. */
import assert from "node:assert/strict";

import createClient from "openapi-fetch";

import type { components, paths } from "./v3.js";

type Schemas = components["schemas"];

const { SMSONLINE_BASE_URL: baseUrl = "", SMSONLINE_USER_ID: userId = "", SMSONLINE_API_KEY: apiKey = "" } = process.env;
const { GET, PUT, PATCH } = createClient<paths>({ baseUrl });
const path = { userId };
const query = { apiKey };

/** What an answer says, if it is one of success. */
function granted<Answer extends { ok: true; body: unknown }>(data: Answer | Schemas["Failure"] | undefined): Answer["body"] {
  assert(data !== undefined, "an answer that the contract does not describe");
  if (!data.ok) throw new Error(data.errorMessage);
  return data.body;
}

async function balance(): Promise<number> {
  const { data } = await GET("/customers/{userId}/balance", { params: { path, query } });
  return granted(data).balance;
}

async function order(): Promise<Schemas["Purchase"]> {
  const where = { country: "12", carrier: "any", service: "ds" };
  const asked = await GET("/numbers/{userId}/lookup/{country}/{carrier}/{service}", {
    params: { path: { ...path, ...where }, query },
  });
  const { price, m, n } = granted(asked.data);
  const body: Schemas["OrderBody"] = { apiKey, ...where, maximumPrice: String(price), m, n };
  const { data } = await PUT("/numbers/{userId}/order", { params: { path }, body });
  const bought = granted(data);
  assert(bought.purchasePrice <= price);
  return bought;
}

async function look(orderId: string): Promise<Schemas["OrderItem"]> {
  const { data } = await GET("/numbers/{userId}/order/{orderId}", { params: { path: { ...path, orderId }, query } });
  const [item] = granted(data);
  assert(item !== undefined);
  return item;
}

async function refund(orderId: string): Promise<Schemas["ChangeAnswerOrFailure"] | undefined> {
  const { data } = await PATCH("/numbers/{userId}/order/{orderId}/{next}", {
    params: { path: { ...path, orderId, next: "refund" } },
    body: { apiKey },
  });
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
