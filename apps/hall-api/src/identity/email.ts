import { z } from "zod";

/** An e-mail as accounts are found by it: in lower case, and composed (NFKC), so that it is one text however typed. */
export const Email = z
  .string()
  .max(254)
  .transform((text) => text.normalize("NFKC").trim().toLowerCase())
  .pipe(z.email("expected an e-mail address"));
