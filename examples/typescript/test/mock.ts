/** The mock as a process, and its worlds. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

import type { Account } from "../src/client.js";

/** A mock that runs on a free port until it is stopped. */
export class Mock {
  private constructor(
    private readonly process: ChildProcess,
    readonly url: string,
  ) {}

  static async start(): Promise<Mock> {
    const child = spawn("smsonline-mock", ["serve", "--port", "0", "--quiet"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const url = await new Promise<string>((ready, failed) => {
      createInterface(child.stdout).once("line", ready);
      child.once("error", failed).once("exit", (code) => failed(new Error(`the mock ended with ${code}`)));
    });
    return new Mock(child, url);
  }

  stop(): void {
    this.process.kill();
  }

  async world(scenario = "default"): Promise<World> {
    const made = await ask(`${this.url}/__mock__/worlds`, "POST", { scenario, clock: "manual" });
    const account = { baseUrl: `${this.url}/v3`, userId: made.userId, apiKey: made.apiKey };
    return new World(`${this.url}/__mock__/worlds/${made.world.id}`, account);
  }
}

/** The account of one test. Its clock advances only on request. */
export class World {
  constructor(
    private readonly url: string,
    readonly account: Account,
  ) {}

  advance = async (seconds: number): Promise<void> => {
    await ask(`${this.url}/clock/advance`, "POST", { by: `${Math.round(seconds * 1000)}ms` });
  };

  async fail(operation: string, then: object, at = "before"): Promise<void> {
    await ask(`${this.url}/faults`, "POST", { when: { operation, times: 1 }, at, then });
  }

  async orders(): Promise<{ id: string; state: string }[]> {
    return (await ask(`${this.url}/orders`)).orders;
  }

  async ledger(): Promise<{ kind: string; cents: number }[]> {
    return (await ask(`${this.url}/ledger`)).entries;
  }

  async violations(): Promise<{ side: string; message: string }[]> {
    return (await ask(`${this.url}/violations`)).violations;
  }
}

async function ask(url: string, method = "GET", body?: object): Promise<any> {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(url, body ? { method, headers, body: JSON.stringify(body) } : { method });
  if (!answer.ok) throw new Error(`${method} ${url}: ${await answer.text()}`);
  return answer.json();
}
