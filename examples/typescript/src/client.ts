/** A client of SMSOnline V3 with fetch: it gets the code that a service sends to a phone number. */
import type { components } from "./v3.js";

type Schemas = components["schemas"];
type Item = Schemas["OrderItem"];
type Quote = Schemas["Quote"];
type Wanted = Pick<Schemas["OrderBody"], "country" | "service"> & { most: number; carrier?: string };

const ANSWER_MS = 10_000;
/** How often to order before no is taken for an answer, and to call before the service is taken to be down. */
const TRIES = 5;
const CALLS = 6;
const BACK_OFF = 1.5;
const RESTOCK_PAUSE = 25;
const FIRST_PAUSE = 2;
const LONGEST_PAUSE = 15;
const NO_NUMBERS = "NO_NUMBERS";
const PRICE_CHANGED = "Additional user action required";
const PRICE_CHANGED_STATUS: number = 222;

/** There will be no code; the message says why. */
export class NoCode extends Error {}

/** The service said no; the message is its code. To ask the same again would not help. */
export class Refused extends NoCode {}

/** No answer came, or none that makes sense: what was asked for may have happened. */
class Unanswered extends Error {}

/** The service takes no more calls for so many seconds. Nothing has happened. */
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

/** One account. Place one order at a time: what was ordered without an answer is found by what is new. */
export class Client {
  private readonly withSms = new Set<string>();

  constructor(
    private readonly account: Account,
    private readonly sleep: Sleep = asleep,
  ) {}

  /**
   * Order a number for at most so many US cents and return the code that it receives.
   * Without an SMS after so many seconds, the number is returned for its money, and the answer is null.
   * Throws NoCode.
   */
  async receiveCode(wanted: Wanted, patience = 300): Promise<string | null> {
    const order = await this.order(wanted);
    const code = await this.waitForCode(order, patience);
    if (code !== null || (await this.refund(order))) return code;
    return codeOf(await this.look(order, FIRST_PAUSE)); // it may have come at the last moment
  }

  /** Order a number for the price of now, and return the order's id. */
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

  /** Look at an order, less and less often, until its code is there, it is over, or the patience is. */
  async waitForCode(order: string, patience: number): Promise<string | null> {
    for (const pause of pauses(patience)) {
      try {
        const item = await this.look(order, pause);
        if (codeOf(item) !== null) return codeOf(item);
        if (item?.status === "refunded" || item?.status === "expired") return null;
      } catch (error) {
        // The number is paid for: the next look may have more luck, unless nobody answers any more.
        if (!(error instanceof NoCode)) throw error;
        if (!(error instanceof Refused)) return null;
      }
    }
    return null;
  }

  /** Return a number for its money, unless it has received an SMS; tell whether the money is back. */
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

  /** Ask for the price, which must not be more than what may be paid. */
  private async quote({ country, service, most, carrier = "any" }: Wanted): Promise<Quote> {
    const path = [country, carrier, service].map(encodeURIComponent).join("/");
    const quote = await this.persist(() => this.send<Quote>("GET", `/lookup/${path}`));
    if (quote.price > most) throw new Refused(`the price is ${quote.price} cents`);
    return quote;
  }

  /** Order a number. An answer that is lost does not make it two orders. */
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

  /** Look at an order after a pause. */
  private async look(order: string, pause: number): Promise<Item | undefined> {
    await this.sleep(pause);
    const items = await this.persist(() => this.send<Item[]>("GET", `/order/${order}`));
    const item = items.find((each) => each.orderId === order);
    if (item !== undefined && (item.sms !== null || item.messages.length > 0)) this.withSms.add(order);
    return item;
  }

  /** Try again, later and later, until there is an answer. */
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
    if (status === 429) throw new TooMany(Number(pause) || 0);
    const envelope = parsed(text);
    if (envelope?.ok === true && envelope.body !== undefined) return envelope.body as Body;
    const code = status === PRICE_CHANGED_STATUS ? PRICE_CHANGED : String(envelope?.errorMessage);
    if (envelope?.ok === false && (status < 500 || code === NO_NUMBERS)) throw new Refused(code);
    throw new Unanswered(`${method} ${path}: status ${status} without an answer of the service`);
  }
}

/** The code of an order; the latest SMS need not be the one with the code. */
function codeOf(item: Item | undefined): string | null {
  return item?.messages.findLast((sms) => sms.code)?.code || item?.code || null;
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
