/** The client as a command: `node build/src/main.js COUNTRY SERVICE MAXIMUM_CENTS`; it exits with 3 without a code. */
import { Client, NoCode } from "./client.js";

const { SMSONLINE_BASE_URL, SMSONLINE_USER_ID, SMSONLINE_API_KEY, SMSONLINE_CLOCK_SPEED = "1" } = process.env;
const [country, service, most] = process.argv.slice(2);
if (!SMSONLINE_BASE_URL || !SMSONLINE_USER_ID || !SMSONLINE_API_KEY || !country || !service || !most) {
  console.error("usage: main.js COUNTRY SERVICE MAXIMUM_CENTS, with SMSONLINE_BASE_URL, _USER_ID and _API_KEY set");
  process.exit(2);
}

const account = { baseUrl: SMSONLINE_BASE_URL, userId: SMSONLINE_USER_ID, apiKey: SMSONLINE_API_KEY };
const pace = 1000 / Number(SMSONLINE_CLOCK_SPEED);
const client = new Client(account, (seconds) => new Promise((done) => setTimeout(done, seconds * pace)));
try {
  const code = await client.receiveCode({ country, service, most: Number(most) });
  if (code === null) throw new NoCode("none came");
  console.log(code);
} catch (error) {
  if (!(error instanceof NoCode)) throw error;
  console.error(`No code: ${error.message}`);
  process.exitCode = 3;
}
