// Orders a number, prints it, and leaves it to expire: `node careless.mjs COUNTRY SERVICE MAXIMUM_CENTS`.
const { SMSONLINE_BASE_URL, SMSONLINE_USER_ID, SMSONLINE_API_KEY } = process.env;
const [country, service, maximumPrice] = process.argv.slice(2);
const answer = await fetch(`${SMSONLINE_BASE_URL}/numbers/${SMSONLINE_USER_ID}/order`, {
  method: "PUT",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ apiKey: SMSONLINE_API_KEY, country, service, carrier: "any", maximumPrice, m: "", n: "" }),
});
console.log((await answer.json()).body.phoneNumber);
