import fastify from "fastify";

/** The floor: Fastify that takes a JSON body of the same size, checks it against a schema and answers one. */
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
  decision_id: body.correlation_id,
  denied: false,
}));
await app.listen({ host: "127.0.0.1", port: 0 });
const address = app.server.address();
process.send?.({ kind: "ready", port: typeof address === "object" ? address?.port : 0 });
process.on("disconnect", () => process.exit(0));
