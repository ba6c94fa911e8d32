const made = (name, variable) => ({
  input: `./${name}.json`,
  output: { target: `./${name}.ts`, client: "fetch", baseUrl: { runtime: `process.env.${variable}` } },
});

export default { v3: made("v3", "SMSONLINE_BASE_URL"), v2: made("v2", "SMSONLINE_V2_URL") };
