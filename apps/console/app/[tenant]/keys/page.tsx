import type { Metadata } from "next";
import { KeysView } from "../../../components/keys/keys-view.tsx";
import { readSettings } from "../../../env.ts";

export const metadata: Metadata = { title: "Keys" };

export default function KeysPage() {
  return <KeysView hallUrl={readSettings().hallUrl} />;
}
