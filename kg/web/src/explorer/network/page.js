// The network page.

export async function open(place) {
  place.textContent = "";
  return { title: "Network" };
}
