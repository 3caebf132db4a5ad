"""A DNS server on loopback that knows a few records."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset

Records = Mapping[tuple[str, str], str]


@contextmanager
def dns_server(records: Records) -> Iterator[dns.resolver.Resolver]:
    """Answer with these records, by name and type, and NXDOMAIN for the rest."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        threading.Thread(target=_answer_for_ever, args=(listening, records), daemon=True).start()
        yield resolver_at(listening.getsockname()[1])


def resolver_at(port: int) -> dns.resolver.Resolver:
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port, resolver.lifetime = ["127.0.0.1"], port, 1.0
    return resolver


def _answer_for_ever(listening: socket.socket, records: Records) -> None:
    while True:
        try:
            asked, caller = listening.recvfrom(4096)
        except OSError:
            return
        query = dns.message.from_wire(asked)
        answer, question = dns.message.make_response(query), query.question[0]
        name, kind = question.name.to_text(omit_final_dot=True), question.rdtype.name
        if text := records.get((name, kind)):
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, text))
        elif not any(known == name for known, _kind in records):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        listening.sendto(answer.to_wire(), caller)
