import type { Metadata } from "next";
import { CertificationView } from "../../../components/certification/certification-view.tsx";

export const metadata: Metadata = { title: "Certification" };

export default function CertificationPage() {
  return <CertificationView />;
}
