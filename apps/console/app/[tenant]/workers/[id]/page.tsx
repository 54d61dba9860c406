import type { Metadata } from "next";
import { WorkerView } from "../../../../components/workers/worker-view.tsx";
import { readSettings } from "../../../../env.ts";

type Props = { params: Promise<{ id: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Worker ${decodeURIComponent((await params).id).slice(0, 64)}` };
}

export default async function WorkerPage({ params }: Props) {
  const id = decodeURIComponent((await params).id);
  return <WorkerView key={id} id={id} hallUrl={readSettings().hallUrl} />;
}
