/** Nothing is open beside the list. */
export default function DecisionsPage() {
  return null;
}
