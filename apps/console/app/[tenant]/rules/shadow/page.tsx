import type { Metadata } from "next";
import { ShadowView } from "../../../../components/rules/shadow-view.tsx";

export const metadata: Metadata = { title: "Shadow runs" };

export default function ShadowViewPage() {
  return <ShadowView />;
}
