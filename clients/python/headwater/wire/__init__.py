"""From the client's values to protobuf and back; shared by the sync and the asyncio client."""
