import { DecisionSkeleton } from "../../../../components/decision-skeleton.tsx";

export default function DecisionLoading() {
  return <DecisionSkeleton />;
}
