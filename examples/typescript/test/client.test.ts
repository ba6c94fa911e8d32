import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Client, Refused, pauses } from "../src/client.js";
import { Mock } from "./mock.js";

const DISCORD = { country: "12", service: "ds", most: 20 };

let mock: Mock;
before(async () => {
  mock = await Mock.start();
});
after(() => mock.stop());

test("a code is received", async () => {
  const world = await mock.world();
  assert.match((await new Client(world.account, world.advance).receiveCode(DISCORD)) ?? "", /^\d+$/);
});

test("a client keeps the contract", async () => {
  const world = await mock.world();
  await new Client(world.account, world.advance).receiveCode(DISCORD);
  assert.deepEqual(await world.violations(), []);
});

test("a number without a code is returned for its money", async () => {
  const world = await mock.world("no-sms");
  assert.equal(await new Client(world.account, world.advance).receiveCode(DISCORD), null);
  assert.deepEqual((await world.orders()).map((order) => order.state), ["refunded"]);
});

for (const [name, then] of Object.entries({ lost: { reset: true }, broken: { status: 500 }, empty: { empty: "response" } })) {
  test(`an order whose answer is ${name} is charged once`, async () => {
    const world = await mock.world();
    await world.fail("v3.orderNumber", then, "after");
    await new Client(world.account, world.advance).receiveCode(DISCORD);
    assert.equal((await world.orders()).length, 1);
  });
}

test("a return without an answer is paid back once", async () => {
  const world = await mock.world("no-sms");
  await world.fail("v3.changeOrderStatus", { reset: true }, "after");
  await new Client(world.account, world.advance).receiveCode(DISCORD);
  assert.equal((await world.ledger()).filter((entry) => entry.kind === "refund").length, 1);
});

for (const scenario of ["flaky", "late-sms", "lost-answers", "rate-limited"]) {
  test(`one number is ordered in ${scenario}`, async () => {
    const world = await mock.world(scenario);
    await new Client(world.account, world.advance).receiveCode(DISCORD);
    assert.equal((await world.orders()).length, 1);
  });
}

test("no more is paid than allowed", async () => {
  const world = await mock.world();
  await assert.rejects(new Client(world.account, world.advance).order({ ...DISCORD, most: 1 }), Refused);
});

test("the pauses fill the patience", () => {
  const total = [...pauses(300)].reduce((sum, pause) => sum + pause, 0);
  assert.ok(Math.abs(total - 300) < 1e-6);
});
