/** A client of SMSOnline V3 with fetch: it gets the code that a service sends to a phone number. */
import type { components, operations } from "./v3.js";

type Item = components["schemas"]["OrderItem"];
type OrderRequest = operations["orderNumber"]["requestBody"]["content"]["application/json"];
type Wanted = Pick<OrderRequest, "country" | "service"> & { most: number };
/** What an operation answers in its body if all is well. */
type Answer<Name extends keyof operations> = operations[Name] extends {
  responses: { 200: { content: { "application/json": infer Envelope } } };
}
  ? Extract<Envelope, { ok: true }> extends { body: infer Body }
    ? Body
    : never
  : never;

const ANSWER_MS = 10_000;
const ATTEMPTS = 4;
const FIRST_PAUSE = 2;
const LONGEST_PAUSE = 15;

/** The service said no; the message is its code. To ask again would not help. */
export class Refused extends Error {}

/** No answer came, or none that makes sense: what was asked for may have happened. */
export class Unanswered extends Error {}

/** The service wants a pause of some seconds. Nothing has happened. */
export class TooMany extends Error {
  constructor(readonly seconds: number) {
    super(`too many requests: wait ${seconds} seconds`);
  }
}

export interface Account {
  baseUrl: string;
  userId: string;
  apiKey: string;
}

export type Sleep = (seconds: number) => Promise<void>;

const asleep: Sleep = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

/** One account. Place one order at a time: what was ordered without an answer is found by what is new. */
export class Client {
  constructor(
    private readonly account: Account,
    private readonly sleep: Sleep = asleep,
  ) {}

  /**
   * Order a number for at most so many US cents and return the code that it receives.
   * Without a code after so many seconds, the number is returned for its money, and the answer is null.
   */
  async receiveCode(wanted: Wanted, patience = 300): Promise<string | null> {
    const order = await this.order(wanted);
    const code = await this.waitForCode(order, patience);
    if (code === null) await this.refund(order);
    return code;
  }

  /** Order a number and return the order's id. An answer that is lost does not make it two orders. */
  async order({ country, service, most }: Wanted): Promise<string> {
    const before = new Set((await this.inventory()).map((item) => item.orderId));
    const wanted = { country, service, carrier: "any", maximumPrice: String(most), m: "", n: "" };
    return this.persist(async () => {
      try {
        return (await this.send<Answer<"orderNumber">>("PUT", "/order", wanted)).orderId;
      } catch (error) {
        if (!(error instanceof Unanswered)) throw error;
        const found = (await this.inventory()).find((item) => !before.has(item.orderId) && item.sShort === service);
        if (found === undefined) throw error;
        return found.orderId;
      }
    });
  }

  /** Look at an order, less and less often, until its code is there or so many seconds have passed. */
  async waitForCode(order: string, patience: number): Promise<string | null> {
    for (const pause of pauses(patience)) {
      await this.sleep(pause);
      const item = await this.item(order);
      if (item.code !== null || item.status !== "waiting") return item.code;
    }
    return null;
  }

  /** Return a number for its money. An answer that is lost does no harm. */
  async refund(order: string): Promise<void> {
    await this.persist(async () => {
      try {
        await this.send<Answer<"changeOrderStatus">>("PATCH", `/order/${order}/refund`);
      } catch (error) {
        if (!(error instanceof Unanswered) || (await this.item(order)).status !== "refunded") throw error;
      }
    });
  }

  private inventory(): Promise<Item[]> {
    return this.persist(() => this.send<Answer<"getInventory">>("GET", "/inventory/0"));
  }

  private async item(order: string): Promise<Item> {
    const items = await this.persist(() => this.send<Answer<"getOrder">>("GET", `/order/${order}`));
    if (items[0] === undefined) throw new Refused(`there is no order ${order}`);
    return items[0];
  }

  /** Try again, later and later, until there is an answer. */
  private async persist<Result>(attempt: () => Promise<Result>): Promise<Result> {
    for (let number = 0; number < ATTEMPTS - 1; number += 1) {
      try {
        return await attempt();
      } catch (error) {
        if (error instanceof TooMany) await this.sleep(error.seconds);
        else if (error instanceof Unanswered) await this.sleep(2 ** number);
        else throw error;
      }
    }
    return attempt();
  }

  /** Send a request once and return the body of its answer. */
  private async send<Body>(method: string, path: string, fields: Record<string, string> = {}): Promise<Body> {
    const { baseUrl, userId, apiKey } = this.account;
    const content = { apiKey, ...fields };
    const query = method === "GET" ? `?${new URLSearchParams(content)}` : "";
    const options = query ? {} : { body: JSON.stringify(content), headers: { "content-type": "application/json" } };
    const url = `${baseUrl}/numbers/${encodeURIComponent(userId)}${path}${query}`;
    let status: number;
    let text: string;
    let pause: string | null;
    try {
      const answer = await fetch(url, { method, signal: AbortSignal.timeout(ANSWER_MS), ...options });
      [status, pause, text] = [answer.status, answer.headers.get("retry-after"), await answer.text()];
    } catch (error) {
      throw new Unanswered(`${method} ${path}: ${error instanceof Error ? error.name : "no answer"}`);
    }
    if (status === 429) throw new TooMany(Number(pause ?? FIRST_PAUSE));
    const envelope = status < 500 ? parsed(text) : null;
    if (envelope?.ok === true) return envelope.body as Body;
    if (envelope?.ok === false) throw new Refused(String(envelope.errorMessage));
    throw new Unanswered(`${method} ${path}: status ${status} with no answer of the service`);
  }
}

/** Pauses that begin short and grow, together as long as the patience, in seconds. */
export function* pauses(patience: number): Generator<number> {
  for (let pause = FIRST_PAUSE; patience > 0; pause = Math.min(pause * 1.5, LONGEST_PAUSE)) {
    yield Math.min(pause, patience);
    patience -= pause;
  }
}

function parsed(text: string): { ok?: unknown; body?: unknown; errorMessage?: unknown } | null {
  try {
    return JSON.parse(text) as object;
  } catch {
    return null;
  }
}
