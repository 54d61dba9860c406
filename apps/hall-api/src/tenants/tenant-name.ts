import { isPrintable } from "@guildhall/protocol";
import { z } from "zod";

const LATIN = /\p{Script=Latin}/u;
/** What draws the same letters as Latin does (H-020). */
const DRAWN_ALIKE = /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Cherokee}\p{Script=Armenian}]/u;

/** What a tenant is called on pages, beside its slug: composed (NFKC), so that it is one text however typed. */
export const TenantName = z
  .string()
  .max(256)
  .transform((text) => text.normalize("NFKC").trim())
  .pipe(
    z
      .string()
      .min(1, "expected 1 to 64 printable characters")
      .max(64, "expected 1 to 64 printable characters")
      .refine(isPrintable, "expected 1 to 64 printable characters")
      .refine(
        (name) => !(LATIN.test(name) && DRAWN_ALIKE.test(name)),
        "expected letters of one script: these draw the same letters twice",
      ),
  );
