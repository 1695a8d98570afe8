// The query editor.

export async function open(place) {
  place.textContent = "";
  return { title: "Query" };
}
