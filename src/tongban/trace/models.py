"""The trace's tables. Rows and checkpoints are only ever added; see ``rights`` and the triggers."""

from django.db import models

from tongban.kit.ids import uuid7


class TraceRow(models.Model):
    """One act: who did what to which chain, hashed together with the row before it.

    The table is partitioned by month of ``at``; its real key is (id, at). ``chain`` is usually a
    case's id; other chains are named, e.g. ``items:<code>`` or ``operations``.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    chain = models.CharField(max_length=80)
    seq = models.BigIntegerField(help_text="position in the chain, from 1 without gaps")
    at = models.DateTimeField()
    action = models.CharField(max_length=80)
    about = models.CharField(max_length=200, blank=True)
    actor = models.JSONField()
    data = models.JSONField()
    prev = models.BinaryField(help_text="hash of the row before; 32 zero bytes for the first")
    hash = models.BinaryField(help_text="SM3 over prev and the canonical JSON of the row")
    mac = models.BinaryField(help_text="HMAC of the hash under a key that is not in the database")

    class Meta:
        db_table = "trace_row"
        ordering = ["chain", "seq"]
        indexes = [models.Index(fields=["chain", "seq"], name="trace_row_chain_seq")]

    def __str__(self) -> str:
        return f"{self.chain}#{self.seq} {self.action}"


class TraceHead(models.Model):
    """The end of a chain, locked by whoever appends. Not evidence: verification checks it against rows."""

    chain = models.CharField(primary_key=True, max_length=80)
    seq = models.BigIntegerField()
    hash = models.BinaryField()
    sealed = models.BooleanField(default=False, help_text="whether a checkpoint covers the present end")

    class Meta:
        db_table = "trace_head"
        indexes = [
            models.Index(fields=["chain"], name="trace_head_unsealed", condition=models.Q(sealed=False)),
        ]

    def __str__(self) -> str:
        return f"{self.chain}#{self.seq}"


class TraceCheckpoint(models.Model):
    """A signed statement of where chains ended, chained to the statement before it.

    ``heads`` lists the chains that grew since the checkpoint before; all checkpoints together cover
    all chains.
    """

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    heads = models.JSONField()
    prev = models.BinaryField()
    hash = models.BinaryField()
    algorithm = models.CharField(max_length=20)
    key_id = models.CharField(max_length=64)
    signature = models.BinaryField()

    class Meta:
        db_table = "trace_checkpoint"
        ordering = ["number"]

    def __str__(self) -> str:
        return f"checkpoint {self.number}"
