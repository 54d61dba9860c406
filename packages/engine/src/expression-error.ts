/** An expression failed on the facts of one request, or the facts are none that expressions are made for. */
export class ExpressionError extends Error {
  override readonly name = "ExpressionError";
}
