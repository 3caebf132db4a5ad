"""What hides the content of an email is opened, or said."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7

from notifications.inbound_email import parser
from notifications.inbound_email.reading.content import LeftOut, Reason

HEAD = b"From: a@b.example\nContent-Type: application/pkcs7-mime; smime-type=%s; name=smime.p7m\n\n"


def signed(content: bytes) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Camille")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    ).sign(key, hashes.SHA256())
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content)
    builder = builder.add_signer(certificate, key, hashes.SHA256())
    return builder.sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])


def test_email_inside_its_signature_is_read() -> None:
    inner = b"Content-Type: text/plain\n\nOui, jeudi."

    read = parser.read(HEAD % b"signed-data" + signed(inner))

    assert (read.text, read.left_out) == ("Oui, jeudi.", [])


def test_encrypted_email_is_said() -> None:
    assert parser.read(HEAD % b"enveloped-data" + b"\x30\x03").left_out == [
        LeftOut(Reason.ENCRYPTED)
    ]


def test_damaged_winmail_is_said_by_its_name() -> None:
    raw = b"Content-Type: application/ms-tnef; name=winmail.dat\n\n\x78\x9f\x3e\x22rest"

    assert parser.read(raw).left_out == [LeftOut(Reason.UNREADABLE, "winmail.dat")]
