import { z } from "zod";

/**
 * Schemas try once whether they may make code of text, and the policy of a page reports that as it would report an attack. They
 * are not let try, so that whatever is reported was one. Imported where pages begin, before anything is parsed.
 */
z.config({ jitless: true });
