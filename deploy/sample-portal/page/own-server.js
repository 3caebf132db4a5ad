import { useEffect, useState } from "react";

/** Call this portal's own server; what it answers, or null. */
export async function post(path, body) {
  const answer = await fetch(path, { method: "POST", body: body && JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.status === 204 ? null : answer.json();
}

/** How many new messages there are, as the webhooks have told the server. */
export function useNews() {
  const [news, setNews] = useState(0);
  useEffect(() => {
    const source = new EventSource("/news");
    source.onmessage = ({ data }) => setNews(Number(data));
    return () => source.close();
  }, []);
  return news;
}

/** The address of the page, and a function for a click that leads to another one. */
export function usePath() {
  const [path, setPath] = useState(location.pathname);
  useEffect(() => {
    const follow = () => setPath(location.pathname);
    addEventListener("popstate", follow);
    return () => removeEventListener("popstate", follow);
  }, []);
  function go(event, to) {
    event.preventDefault();
    if (to !== path) history.pushState(null, "", to);
    setPath(to);
  }
  return [path, go];
}

export const newsText = (count) => (count === 0 ? "" : count === 1 ? "1 nouveau message" : `${count} nouveaux messages`);
