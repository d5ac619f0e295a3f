"""The guard of everything that is fetched from an address somebody else gave (R111, I9).

The check is made on the address that the connection really goes to (`bounded_session.py`), not on a name that may lead
elsewhere the next time it is asked.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class AddressRefused(OSError):
    """The address is not one that RenderHub fetches from; the message says why and how to allow it."""


def check_url(url: str) -> None:
    """Raises `AddressRefused` for anything but http(s) with a host and without a login in it."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise AddressRefused(f"{url[:200]!r} is not an address.") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise AddressRefused(f"{url[:200]!r} is not an http(s) address.")
    if parts.username or parts.password:
        raise AddressRefused("Addresses with a login in them are not fetched.")


def public_addresses(host: str, port: int, allowed_hosts: Collection[str]) -> list[tuple[Any, ...]]:
    """What `host` resolves to, as `getaddrinfo` answers it. Raises `AddressRefused` where any of it is not public:
    a name with one private address is not trusted with its others."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for *_, address in found:
        ip = ipaddress.ip_address(str(address[0]).partition("%")[0])
        meant = _carried(ip) or ip
        if host not in allowed_hosts and str(ip) not in allowed_hosts and (not meant.is_global or meant.is_multicast):
            raise AddressRefused(
                f"{host} leads to {ip}, which is not a public address. List it in FETCH_PRIVATE_HOSTS to allow it."
            )
    return list(found)


def _carried(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 one leads to: mapped, 6to4, or through a NAT64 gateway (RFC 6052)."""
    if isinstance(ip, ipaddress.IPv4Address):
        return None
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
    return ip.ipv4_mapped or ip.sixtofour
