// Only the compiler reads this file: the types of the package, as a page of React 19 meets them.
import { connect, type ConversationList } from "liaison-elements";
import "liaison-elements/react";
import { useEffect, useRef, useState } from "react";

const liaison = connect({ baseUrl: "https://liaison.example.com", token: async () => "jwt", language: "fr" });

export function Messages() {
  const list = useRef<ConversationList>(null);
  const [rows, setRows] = useState<ConversationList["conversations"]>([]);
  useEffect(() => {
    void liaison.request("GET", "/conversations").then(({ results }) => setRows(results));
  }, []);
  return (
    <main>
      <unread-count onunread-change={({ detail }) => (document.title = `(${detail.total.toFixed()})`)} />
      <conversation-list
        ref={list}
        className="side"
        conversations={rows}
        unread={new Map([["id", 2]])}
        onconversation-open={({ detail }) => list.current?.focusRow(detail.id)}
      />
      <client-inbox base="/messages" onsession-ended={() => location.assign("/login")}>
        <p>Un instant…</p>
      </client-inbox>
      <conversation-form onconversation-submit={({ detail }) => console.log(detail.subject, detail.message.body)} />
    </main>
  );
}

export function Wrong() {
  return (
    <>
      {/* @ts-expect-error a number is no text */}
      <client-inbox base={3} />
      {/* @ts-expect-error the element has no such property */}
      <conversation-list conversation={[]} />
      {/* @ts-expect-error the event has another detail */}
      <conversation-list onconversation-open={(event: CustomEvent<{ id: number }>) => event.detail.id} />
    </>
  );
}
