"""Whether the services that renders need answer (R40): asked side by side within seconds (`check`), kept in `Service`
and told once per change (`record`), every minute (`rounds`). Nothing here is waited for by a render."""
