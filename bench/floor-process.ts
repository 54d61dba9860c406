import fastify from "fastify";

/**
 * The floor: Fastify that takes the same request, checks it against a schema, and answers the JSON object given as
 * argument with the request's correlation id in it. What the Hall does besides is what the ratio shows.
 */
const answer: Record<string, unknown> = JSON.parse(process.argv[2] ?? "{}");
const app = fastify();
const text = { type: "string" } as const;
const fields = [
  "capability_id",
  "env",
  "data_label",
  "tenant_risk",
  "qos_class",
  "tenant_id",
  "correlation_id",
];
const body = {
  type: "object",
  required: fields,
  properties: { ...Object.fromEntries(fields.map((field) => [field, text])), request: { type: "object" } },
} as const;
app.post<{ Body: Record<string, unknown> }>("/wcp/route", { schema: { body } }, async ({ body }) => ({
  ...answer,
  correlation_id: body.correlation_id,
}));
await app.listen({ host: "127.0.0.1", port: 0 });
const address = app.server.address();
process.send?.({ kind: "ready", port: typeof address === "object" ? address?.port : 0 });
process.on("disconnect", () => process.exit(0));
