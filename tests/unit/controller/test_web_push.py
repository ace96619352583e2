"""Encryption of pushes, against the example of RFC 8291 (section 5)."""

from cryptography.hazmat.primitives.asymmetric import ec

from controller.host.web_push import are_push_keys, bytes_of, encrypted, text_of

PRIVATE = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
BROWSER = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
SECRET = "BTBZMqHH6r4Tts7J_aSIgg"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLoc"
    "InmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_the_example_of_the_rfc_comes_out_byte_by_byte():
    own = ec.derive_private_key(int.from_bytes(bytes_of(PRIVATE), "big"), ec.SECP256R1())
    body = encrypted(
        b"When I grow up, I want to be a watermelon", f"{BROWSER}.{SECRET}", own=own, salt=bytes_of(SALT)
    )
    assert text_of(body) == BODY


def test_only_a_point_of_the_curve_and_a_secret_of_its_length_are_keys():
    assert are_push_keys(f"{BROWSER}.{SECRET}")
    for wrong in ("", ".", BROWSER, f"{BROWSER}.{SECRET}AA", f"{BROWSER[:-1]}A.{SECRET}", f"x.{SECRET}"):
        assert not are_push_keys(wrong)
