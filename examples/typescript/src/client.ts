/** A client of SMSOnline V3 with fetch: it receives the code that a service sends to a phone number. */
import type { components } from "./v3.js";

type Schemas = components["schemas"];
type Item = Schemas["OrderItem"];
type Quote = Schemas["Quote"];
type Wanted = Pick<Schemas["OrderBody"], "country" | "service"> & { most: number; carrier?: string };

const ANSWER_MS = 10_000;
/** How many orders before giving up on a refusal, and how many calls before the service counts as down. */
const TRIES = 5;
const CALLS = 6;
const BACK_OFF = 1.5;
const RESTOCK_PAUSE = 25;
const FIRST_PAUSE = 2;
const LONGEST_PAUSE = 15;
const NO_NUMBERS = "NO_NUMBERS";
const PRICE_CHANGED = "Additional user action required";
const PRICE_CHANGED_STATUS: number = 222;

/** No code will arrive; the message says why. */
export class NoCode extends Error {}

/** The service refused the request; the message is its code. Retrying does not help. */
export class Refused extends NoCode {}

/** No response arrived, or an unreadable one. The request may have taken effect. */
class Unanswered extends Error {}

/** The service accepts no calls for this many seconds. The request had no effect. */
class TooMany extends Error {
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

/** A client for one account. Place one order at a time: it finds a lost order in the inventory. */
export class Client {
  private readonly withSms = new Set<string>();

  constructor(
    private readonly account: Account,
    private readonly sleep: Sleep = asleep,
  ) {}

  /**
   * Order a number for at most this many US cents, and return the code that it receives.
   * If no SMS arrives in time, request a refund and return null. The patience is in seconds.
   * Throws NoCode.
   */
  async receiveCode(wanted: Wanted, patience = 300): Promise<string | null> {
    const order = await this.order(wanted);
    const code = await this.waitForCode(order, patience);
    if (code !== null || (await this.refund(order))) return code;
    return codeOf(await this.look(order, FIRST_PAUSE)); // it may have arrived at the last moment
  }

  /** Order a number at the current price, and return the order id. */
  async order(wanted: Wanted): Promise<string> {
    for (let tries = 1, pause = RESTOCK_PAUSE; ; tries += 1) {
      try {
        return await this.place(wanted, await this.quote(wanted));
      } catch (error) {
        const again = error instanceof Refused && [NO_NUMBERS, PRICE_CHANGED].includes(error.message);
        if (!again || tries === TRIES) throw error;
        if (error.message === NO_NUMBERS) await this.sleep(pause);
        pause *= 1.5;
      }
    }
  }

  /** Poll an order, with growing pauses, until its code arrives, the order ends, or the time is over. */
  async waitForCode(order: string, patience: number): Promise<string | null> {
    for (const pause of pauses(patience)) {
      try {
        const item = await this.look(order, pause);
        if (codeOf(item) !== null) return codeOf(item);
        if (item?.status === "refunded" || item?.status === "expired") return null;
      } catch (error) {
        // The number is paid for, so keep polling, unless the service is down.
        if (!(error instanceof NoCode)) throw error;
        if (!(error instanceof Refused)) return null;
      }
    }
    return null;
  }

  /** Request a refund, unless an SMS has arrived. Return whether the order is refunded. */
  async refund(order: string): Promise<boolean> {
    if (this.withSms.has(order)) return false;
    const isRefunded = async () => (await this.look(order, FIRST_PAUSE))?.status === "refunded";
    try {
      await this.persist(async () => {
        try {
          await this.send<Schemas["OrderChange"]>("PATCH", `/order/${order}/refund`);
        } catch (error) {
          if (!(error instanceof Unanswered) || !(await isRefunded())) throw error;
        }
      });
      return true;
    } catch (error) {
      if (error instanceof Refused) return isRefunded();
      throw error;
    }
  }

  /** Get a quote. Throws Refused if the price is above the maximum. */
  private async quote({ country, service, most, carrier = "any" }: Wanted): Promise<Quote> {
    const path = [country, carrier, service].map(encodeURIComponent).join("/");
    const quote = await this.persist(() => this.send<Quote>("GET", `/lookup/${path}`));
    if (quote.price > most) throw new Refused(`the price is ${quote.price} cents`);
    return quote;
  }

  /** Order a number. A lost response does not lead to a second order. */
  private async place({ country, service, carrier = "any" }: Wanted, { price, m, n }: Quote): Promise<string> {
    const before = new Set((await this.inventory()).map((item) => item.orderId));
    const fields = { country, service, carrier, maximumPrice: String(price), m, n };
    return this.persist(async () => {
      try {
        return (await this.send<Schemas["Purchase"]>("PUT", "/order", fields)).orderId;
      } catch (error) {
        if (!(error instanceof Unanswered)) throw error;
        await this.sleep(BACK_OFF);
        const found = (await this.inventory()).find((item) => !before.has(item.orderId) && item.sShort === service);
        if (found === undefined) throw error;
        return found.orderId;
      }
    });
  }

  private inventory(): Promise<Item[]> {
    return this.persist(() => this.send<Item[]>("GET", "/inventory/0"));
  }

  /** Read an order after a pause. */
  private async look(order: string, pause: number): Promise<Item | undefined> {
    await this.sleep(pause);
    const items = await this.persist(() => this.send<Item[]>("GET", `/order/${order}`));
    const item = items.find((each) => each.orderId === order);
    if (item !== undefined && (item.sms !== null || item.messages.length > 0)) this.withSms.add(order);
    return item;
  }

  /** Retry with growing pauses, until there is a response. */
  private async persist<Result>(attempt: () => Promise<Result>): Promise<Result> {
    for (let calls = 1, pause = BACK_OFF; ; calls += 1, pause *= 2) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof TooMany || error instanceof Unanswered)) throw error;
        if (calls === CALLS) throw new NoCode(`the service does not answer: ${error.message}`);
        await this.sleep(error instanceof TooMany ? Math.max(error.seconds, pause) : pause);
      }
    }
  }

  /** Send a request once, and return the body of its response. */
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
    if (status === 429) throw new TooMany(Number(pause) || 0);
    const envelope = parsed(text);
    if (envelope?.ok === true && envelope.body !== undefined) return envelope.body as Body;
    const code = status === PRICE_CHANGED_STATUS ? PRICE_CHANGED : String(envelope?.errorMessage);
    if (envelope?.ok === false && (status < 500 || code === NO_NUMBERS)) throw new Refused(code);
    throw new Unanswered(`${method} ${path}: status ${status} without an answer of the service`);
  }
}

/** The code of an order. The latest SMS is not always the one with the code. */
function codeOf(item: Item | undefined): string | null {
  return item?.messages.findLast((sms) => sms.code)?.code || item?.code || null;
}

/** Yield growing pauses whose sum is the patience, in seconds. */
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
