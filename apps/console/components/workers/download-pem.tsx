"use client";

import type { Certificate } from "../../lib/worker-types.ts";
import { Button } from "../../ui/button.tsx";

/** The certificate as a file that openssl reads. */
export function DownloadPem({ certificate }: { certificate: Pick<Certificate, "certificate_id" | "pem"> }) {
  return (
    <Button
      onClick={() => {
        const url = URL.createObjectURL(new Blob([certificate.pem], { type: "application/x-pem-file" }));
        const link = document.createElement("a");
        link.href = url;
        link.download = `${certificate.certificate_id}.pem`;
        link.click();
        URL.revokeObjectURL(url);
      }}
    >
      Download PEM
    </Button>
  );
}
