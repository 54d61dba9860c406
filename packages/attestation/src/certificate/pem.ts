/** Between DER and the text that people send each other (RFC 7468). */

export type PemLabel = "CERTIFICATE" | "X509 CRL" | "CMS";

export function pemText(label: PemLabel, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

/** Every block with this label, in order; what stands between the blocks is passed over. */
export function pemBlocks(label: PemLabel, text: string): Uint8Array[] {
  const block = new RegExp(`-----BEGIN ${label}-----\\s+([A-Za-z0-9+/=\\s]*)-----END ${label}-----`, "g");
  return [...text.matchAll(block)].map(([, base64 = ""]) => new Uint8Array(Buffer.from(base64, "base64")));
}
