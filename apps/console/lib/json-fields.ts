/** Reads JSON whose shape nobody promised: a receipt may be of a later Hall. */

export function fieldsOf(value: unknown): { [field: string]: unknown } {
  return typeof value === "object" && value !== null ? (value as { [field: string]: unknown }) : {};
}

export function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
